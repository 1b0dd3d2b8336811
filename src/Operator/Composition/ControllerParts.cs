using Drydock.Abstractions.Controllers;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Clients.Kubernetes.Watching;
using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Operator.Composition;

/// <summary>Watches, writer, controller and host of one kind.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
internal sealed class ControllerParts<TEntity> : IControllerParts
    where TEntity : class, IKubernetesObject, ISchemaStamped<TEntity>
{
    private readonly IReadOnlyList<ResourceWatcher<TEntity>> _watchers;
    private readonly SecretWatch<TEntity> _secrets;
    private readonly ControllerHost<TEntity> _host;
    private readonly Func<ValueTask> _forget;

    /// <summary>Composes them.</summary>
    /// <param name="services">The API server, events, clock and logs.</param>
    /// <param name="scope">The namespaces to serve.</param>
    /// <param name="build">Builds the controller.</param>
    /// <param name="secretNames">Secrets whose changes wake an object.</param>
    public ControllerParts(
        ControllerServices services,
        NamespaceScope scope,
        Func<IEntityWriter<TEntity>, IReconcileTrigger<TEntity>, IEntityController<TEntity>> build,
        Func<TEntity, IEnumerable<string>> secretNames)
    {
        var (client, time, loggers) = (services.Kubernetes, services.Time, services.Loggers);
        var watchers = scope.Lists.Select(space => (Space: space, Watcher: new ResourceWatcher<TEntity>(
            client,
            new ResourceWatcherOptions { Namespace = space },
            time,
            loggers.CreateLogger<ResourceWatcher<TEntity>>()))).ToList();
        _watchers = [.. watchers.Select(w => w.Watcher)];
        IResourceCache<TEntity> objects = watchers is [(null, var all)]
            ? all
            : new ScopedCache<TEntity>(
                watchers.ToDictionary(w => w.Space!, w => (IResourceCache<TEntity>)w.Watcher, StringComparer.Ordinal));
        _secrets = new SecretWatch<TEntity>(client, objects, secretNames, time, loggers);
        var writer = new EntityWriter<TEntity>(client, objects);
        var trigger = new DeferredTrigger<TEntity>();
        var controller = new SchemaGuard<TEntity>(writer, services.Events, guarded => build(guarded, trigger));
        _forget = controller.DisposeAsync;
        _host = new ControllerHost<TEntity>(
            objects, writer, controller, [_secrets], null, time, loggers.CreateLogger<ControllerHost<TEntity>>());
        trigger.Host = _host;
    }

    public string Name => $"The controller of {typeof(TEntity).Name}s";

    public IEnumerable<IWatchHealth> Watches => [.. _watchers, _secrets];

    public Task WatchAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_watchers.Select(w => w.RunAsync(cancellationToken)));

    public async Task LeadAsync(CancellationToken cancellationToken)
    {
        // The fence cancelled its jobs together with the workers; now wait for them.
        try
        {
            await _host.RunAsync(cancellationToken);
        }
        finally
        {
            await _forget();
        }
    }
}

/// <summary>The parts of one kind, as the process runs them.</summary>
internal interface IControllerParts
{
    /// <summary>For logs.</summary>
    string Name { get; }

    /// <summary>The watches, for the probes.</summary>
    IEnumerable<IWatchHealth> Watches { get; }

    /// <summary>
    /// Runs the watches of the kind, one for each namespace that is served, whether or not this process leads. The
    /// watch of referenced Secrets runs with the host.
    /// </summary>
    Task WatchAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Runs the host for one term of leadership, and drops the sessions of the controller at its end.
    /// </summary>
    Task LeadAsync(CancellationToken cancellationToken);
}
