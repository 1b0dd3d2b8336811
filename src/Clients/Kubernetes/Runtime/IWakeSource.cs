namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>
/// Something outside the kind itself whose changes wake its objects. Run by the <see cref="ControllerHost{TEntity}"/>
/// while it leads.
/// </summary>
public interface IWakeSource
{
    /// <summary>
    /// Wakes objects through <paramref name="trigger"/> until cancelled; it deals with its own faults and does not end
    /// before.
    /// </summary>
    Task RunAsync(IReconcileTrigger trigger, CancellationToken cancellationToken);
}
