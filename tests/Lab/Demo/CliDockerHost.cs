using Drydock.Lab.Commands;

namespace Drydock.Lab.Demo;

/// <summary>A Docker host of a background lab, reached by the docker command.</summary>
internal sealed class CliDockerHost(DockerHostState host) : IOmsHost
{
    public string Name => host.Name;

    public string Address => host.Address;

    public Task<string> DockerAsync(params string[] args) =>
        Shell.RunAsync("docker", ["-H", $"unix://{host.SocketPath}", .. args]);
}
