using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Runtime;

namespace Drydock.Operator.Composition;

/// <summary>
/// The trigger that a controller is built with: the host that wakes objects is built later, with the controller.
/// </summary>
/// <typeparam name="TEntity">The kind.</typeparam>
internal sealed class DeferredTrigger<TEntity> : IReconcileTrigger<TEntity>
    where TEntity : class, IKubernetesObject
{
    /// <summary>
    /// The host, once it exists. Before it runs nothing need be woken: it reconciles every object when it starts.
    /// </summary>
    public IReconcileTrigger<TEntity>? Host { get; set; }

    public void Wake(string? @namespace, string name) => Host?.Wake(@namespace, name);
}
