using Drydock.Clients.Kubernetes.Events;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>Keeps the events that were told.</summary>
internal sealed class RecordedEvents : IEventRecorder
{
    /// <summary>Name of the object, reason and message.</summary>
    public List<(string Name, string Reason, string Message)> Told { get; } = [];

    public void Normal<TEntity>(TEntity entity, string reason, string message)
        where TEntity : class, IKubernetesObject => Told.Add((entity.Metadata.Name, reason, message));

    public void Warning<TEntity>(TEntity entity, string reason, string message)
        where TEntity : class, IKubernetesObject => Told.Add((entity.Metadata.Name, reason, message));
}
