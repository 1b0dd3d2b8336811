namespace Drydock.Clients.Kubernetes.Events;

/// <summary>Reports what happens to objects as Kubernetes Events. Returns immediately and never throws; a repeat of the
/// same event increases the count of the first. Every event is also logged, because API servers keep events only for
/// one hour. Events are hints: those that cannot be sent are dropped.</summary>
public interface IEventRecorder
{
    /// <summary>Reports a normal event.</summary>
    /// <param name="message">A sentence without secrets; truncated to 1024 characters.</param>
    void Normal<TEntity>(TEntity entity, string reason, string message)
        where TEntity : class, IKubernetesObject;

    /// <summary>Reports an event that an administrator should check.</summary>
    /// <param name="message">A sentence without secrets; truncated to 1024 characters.</param>
    void Warning<TEntity>(TEntity entity, string reason, string message)
        where TEntity : class, IKubernetesObject;
}
