namespace Drydock.Reconcilers.Databases;

/// <summary>A process of an instance that its supervisor does not know.</summary>
internal sealed record StrayProcess(int Pid, string Executable);
