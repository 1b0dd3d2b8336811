namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Wakes an object for events outside Kubernetes (a container died, a dump ended). Cheap, never blocks,
/// repeats are merged. It can be used before the controller runs, which reconciles every object when it
/// starts.</summary>
public interface IReconcileTrigger
{
    /// <summary>Reconciles the object as soon as possible; if it is being reconciled now, once more afterwards. Unknown
    /// objects are ignored.</summary>
    void Wake(string? @namespace, string name);
}

/// <summary>A source outside the kind whose changes wake its objects. Run by the <see cref="ControllerHost{TEntity}"/>
/// while it leads.</summary>
public interface IWakeSource
{
    /// <summary>Wakes objects through <paramref name="trigger"/> until cancelled; it handles its own failures and does
    /// not end earlier.</summary>
    Task RunAsync(IReconcileTrigger trigger, CancellationToken cancellationToken);
}
