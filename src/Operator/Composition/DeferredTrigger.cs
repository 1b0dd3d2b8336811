using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Runtime;

namespace Drydock.Operator.Composition;

/// <summary>The trigger a controller is built with before the host exists that is built with the controller.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
internal sealed class DeferredTrigger<TEntity> : IReconcileTrigger<TEntity>
    where TEntity : class, IKubernetesObject
{
    /// <summary>
    /// The host, once it exists; before it runs nothing need be woken, for it looks at every object when it starts.
    /// </summary>
    public IReconcileTrigger<TEntity>? Host { get; set; }

    /// <inheritdoc />
    public void Wake(string? @namespace, string name) => Host?.Wake(@namespace, name);
}
