using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.Events;

/// <summary>
/// Reports what happens to objects as Kubernetes Events. Returns at once and never throws; a repeat of the same event
/// raises the count of the first. Every event is a line in the log as well, because servers keep events for an hour
/// only. Events are hints for people: what cannot be sent is dropped.
/// </summary>
public interface IEventRecorder
{
    /// <summary>Something that belongs to the ordinary course.</summary>
    /// <param name="entity">What it is about.</param>
    /// <param name="reason">Stable CamelCase word.</param>
    /// <param name="message">A sentence for people without secrets; cut at 1024 characters.</param>
    void Normal<TEntity>(TEntity entity, string reason, string message)
        where TEntity : class, IKubernetesObject;

    /// <summary>Something a person should look at.</summary>
    /// <param name="entity">What it is about.</param>
    /// <param name="reason">Stable CamelCase word.</param>
    /// <param name="message">A sentence for people without secrets; cut at 1024 characters.</param>
    void Warning<TEntity>(TEntity entity, string reason, string message)
        where TEntity : class, IKubernetesObject;
}
