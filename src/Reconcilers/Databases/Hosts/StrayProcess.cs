namespace Drydock.Reconcilers.Databases;

/// <summary>A process of an instance that its supervisor does not know.</summary>
/// <param name="Pid">Its pid.</param>
/// <param name="Executable">Its executable.</param>
/// <param name="StartedAt">Since when, by the host's clock.</param>
internal sealed record StrayProcess(int Pid, string Executable, DateTimeOffset? StartedAt);
