// Fetches every address with Go's own client.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func main() {
	for _, url := range os.Args[1:] {
		answer, err := http.Get(url)
		if err != nil {
			fmt.Println("refused:", err)
			continue
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			fmt.Println("refused:", err)
			continue
		}
		fmt.Println(answer.StatusCode, strings.Join(strings.Fields(string(body)), " "))
	}
}
