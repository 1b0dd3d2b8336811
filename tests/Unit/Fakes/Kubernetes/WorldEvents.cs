using Drydock.Clients.Kubernetes.Events;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>Events as people see them.</summary>
internal sealed class WorldEvents : IEventRecorder
{
    public List<(bool IsWarning, string Object, string Reason, string Message)> All { get; } = [];

    public void Normal<TEntity>(TEntity entity, string reason, string message)
        where TEntity : class, IKubernetesObject => All.Add((false, entity.Metadata.Name, reason, message));

    public void Warning<TEntity>(TEntity entity, string reason, string message)
        where TEntity : class, IKubernetesObject => All.Add((true, entity.Metadata.Name, reason, message));
}
