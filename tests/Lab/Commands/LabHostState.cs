namespace Drydock.Lab.Commands;

/// <summary>How to reach a host for databases.</summary>
public sealed record LabHostState(
    string Name, string Address, string User, string KeyFile, string KnownHostsFile, string Data);
