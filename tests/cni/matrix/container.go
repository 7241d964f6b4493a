package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// runWire runs the pod's init container, the scripts as they were rendered, with BusyBox for an image.
func (w *world) runWire(n int, pod Pod) error {
	root := filepath.Join("/tmp", w.pods[n].name)
	for folder, files := range pod.Files {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			return err
		}
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(root, folder, name), []byte(text), 0o755); err != nil {
				return err
			}
		}
	}
	return w.pods[n].inside(func() error {
		const mounts = "mount --bind %s /wrtpod && mount -t sysfs sys /sys && exec sh /wrtpod/bin/wire"
		command := exec.Command("busybox", "sh", "-c", fmt.Sprintf(mounts, root))
		command.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
		if output, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, output)
		}
		return nil
	})
}
