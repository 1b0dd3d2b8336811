namespace Drydock.Clients.Docker.Json;

/// <summary>The body of an exec start.</summary>
internal sealed record ExecStartWire(bool Detach, bool Tty);
