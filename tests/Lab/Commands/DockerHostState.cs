namespace Drydock.Lab.Commands;

/// <summary>How to reach a Docker host.</summary>
public sealed record DockerHostState(
    string Name, string Address, string Endpoint, string ClientFolder, string SocketPath, string Folder);
