namespace Drydock.Reconcilers.Upgrades;

/// <summary>What a controller knows of objects with which it has nothing to do until they change. Pure; called from any
/// thread.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
internal interface IInertObjects<TEntity>
    where TEntity : class, IKubernetesObject
{
    bool StaysInert(TEntity entity);

    /// <summary>A copy of an inert object without the parts that are not needed to see that it is inert and to report
    /// it. Any other object as it is.</summary>
    TEntity Reduce(TEntity entity);
}
