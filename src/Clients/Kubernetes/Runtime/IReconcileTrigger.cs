namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>
/// Wakes an object for events outside Kubernetes (a container died, a dump ended). Cheap, never blocks, repeats are
/// merged.
/// </summary>
public interface IReconcileTrigger
{
    /// <summary>
    /// Looks at the object as soon as possible, also if it is being reconciled now (then once more). Unknown objects
    /// are ignored.
    /// </summary>
    void Wake(string? @namespace, string name);
}
