namespace Drydock.Lab.Commands;

/// <summary>How to reach the metadata database.</summary>
public sealed record MetaDbState(string Address, int Port, string SocketPath, string User, string PasswordFile);
