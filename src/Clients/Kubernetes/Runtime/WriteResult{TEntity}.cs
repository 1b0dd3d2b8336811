using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>What a write came to.</summary>
/// <param name="Entity">The object as it is then; null if it is gone.</param>
/// <param name="WasWritten">True if the version of <paramref name="Entity"/> is this write's own; false if nothing had
/// to be written, so that it may be another's.</param>
internal readonly record struct WriteResult<TEntity>(TEntity? Entity, bool WasWritten)
    where TEntity : class, IKubernetesObject;
