"""The page's program, by the variables of a run: a workspace's details."""

import json
import os
import sys

from azureml.core import Workspace
from azureml.core.authentication import ServicePrincipalAuthentication

sp = ServicePrincipalAuthentication(
    tenant_id=os.environ["AML_TENANT_ID"], service_principal_id=os.environ["AML_PRINCIPAL_ID"],
    service_principal_password=os.environ["AML_PRINCIPAL_PASS"],
)
try:
    ws = Workspace.get(name="ml-example", auth=sp, subscription_id=os.environ["AZURE_SUBSCRIPTION_ID"], resource_group="ml-rg")
except Exception as error:  # what a person reads of it
    sys.exit(str(error))
print(json.dumps(ws.get_details(), indent=1))
