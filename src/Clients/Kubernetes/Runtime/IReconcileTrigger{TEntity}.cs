using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>
/// The <see cref="IReconcileTrigger"/> of one kind, for injection. It can be handed out before the controller runs:
/// early wakes are kept.
/// </summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public interface IReconcileTrigger<TEntity> : IReconcileTrigger
    where TEntity : class, IKubernetesObject;
