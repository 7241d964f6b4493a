// Command device-plugin offers one device of a node to the test cluster, by the kubelet's own interface, as the device plugins do
// that put a USB stick into a pod.
//
//	device-plugin RESOURCE /dev/HERE /dev/IN-THE-CONTAINER
package main

import (
	"context"
	"log"
	"net"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	api "k8s.io/kubelet/pkg/apis/deviceplugin/v1beta1"
)

// plugin answers the kubelet. There is one device, called like its file.
type plugin struct {
	api.UnimplementedDevicePluginServer
	file, inside string
}

// ListAndWatch tells the one device once, and stays.
func (p plugin) ListAndWatch(_ *api.Empty, stream api.DevicePlugin_ListAndWatchServer) error {
	devices := []*api.Device{{ID: filepath.Base(p.file), Health: api.Healthy}}
	if err := stream.Send(&api.ListAndWatchResponse{Devices: devices}); err != nil {
		return err
	}
	<-stream.Context().Done()
	return nil
}

// GetDevicePluginOptions asks for none.
func (plugin) GetDevicePluginOptions(context.Context, *api.Empty) (*api.DevicePluginOptions, error) {
	return &api.DevicePluginOptions{}, nil
}

// Allocate hands the device out, with the right to read and write it.
func (p plugin) Allocate(_ context.Context, request *api.AllocateRequest) (*api.AllocateResponse, error) {
	response := &api.AllocateResponse{}
	for range request.ContainerRequests {
		response.ContainerResponses = append(response.ContainerResponses, &api.ContainerAllocateResponse{
			Devices: []*api.DeviceSpec{{HostPath: p.file, ContainerPath: p.inside, Permissions: "rw"}},
		})
	}
	return response, nil
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: device-plugin RESOURCE /dev/HERE /dev/IN-THE-CONTAINER")
	}
	if err := run(os.Args[1], plugin{file: os.Args[2], inside: os.Args[3]}); err != nil {
		log.Fatal(err)
	}
}

func run(resource string, plugin plugin) error {
	if _, err := os.Stat(plugin.file); err != nil {
		return err
	}
	socket := "wrtpod-" + filepath.Base(plugin.file) + ".sock"
	path := filepath.Join(api.DevicePluginPath, socket)
	if err := os.RemoveAll(path); err != nil {
		return err
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	api.RegisterDevicePluginServer(server, plugin)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()

	connection, err := grpc.NewClient("unix://"+api.KubeletSocket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	soon, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	request := &api.RegisterRequest{Version: api.Version, Endpoint: socket, ResourceName: resource}
	if _, err := api.NewRegistrationClient(connection).Register(soon, request); err != nil {
		return err
	}
	return <-failed
}
