namespace Drydock.Reconcilers.Databases;

/// <summary>A process may be that of one instance as well as that of another.</summary>
internal sealed class AmbiguousProcessException(int pid, string other) : Exception
{
    /// <summary>The process.</summary>
    public int Pid { get; } = pid;

    /// <summary>The other instance.</summary>
    public string Other { get; } = other;
}
