using Drydock.Abstractions.Controllers;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Events;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Clients.Kubernetes.Watching;
using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Operator.Composition;

/// <summary>Watch, writer, controller and host of one kind.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
internal sealed class ControllerParts<TEntity>
    where TEntity : class, IKubernetesObject, ISchemaStamped<TEntity>
{
    private readonly Func<ValueTask> _forget;

    /// <summary>Composes them.</summary>
    /// <param name="client">The API server.</param>
    /// <param name="scope">The namespaces to serve.</param>
    /// <param name="build">Builds the controller.</param>
    /// <param name="events">Reports objects that are skipped because of their schema.</param>
    /// <param name="secretNames">Secrets whose changes wake an object.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Logs.</param>
    public ControllerParts(
        IKubernetesClient client,
        NamespaceScope scope,
        Func<IEntityWriter<TEntity>, IReconcileTrigger<TEntity>, IEntityController<TEntity>> build,
        IEventRecorder events,
        Func<TEntity, IEnumerable<string>> secretNames,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        var watchers = scope.Lists.Select(space => (Space: space, Watcher: new ResourceWatcher<TEntity>(
            client,
            new ResourceWatcherOptions { Namespace = space },
            time,
            loggers.CreateLogger<ResourceWatcher<TEntity>>()))).ToList();
        Watchers = [.. watchers.Select(w => w.Watcher)];
        IResourceCache<TEntity> objects = watchers is [(null, var all)]
            ? all
            : new ScopedCache<TEntity>(
                watchers.ToDictionary(w => w.Space!, w => (IResourceCache<TEntity>)w.Watcher, StringComparer.Ordinal));
        Secrets = new SecretWatch<TEntity>(client, objects, secretNames, time, loggers);
        var writer = new EntityWriter<TEntity>(client, objects);
        var trigger = new DeferredTrigger<TEntity>();
        var controller = new SchemaGuard<TEntity>(writer, events, guarded => build(guarded, trigger));
        _forget = controller.DisposeAsync;
        Host = new ControllerHost<TEntity>(
            objects, writer, controller, [Secrets], null, time, loggers.CreateLogger<ControllerHost<TEntity>>());
        trigger.Host = Host;
    }

    /// <summary>
    /// The watches, one for each namespace that is served; they run whether or not this process leads.
    /// </summary>
    public IReadOnlyList<ResourceWatcher<TEntity>> Watchers { get; }

    /// <summary>The watch of referenced Secrets; runs with the host.</summary>
    public SecretWatch<TEntity> Secrets { get; }

    /// <summary>The host.</summary>
    public ControllerHost<TEntity> Host { get; }

    /// <summary>
    /// Runs the host for one term of leadership, and drops the sessions of the controller at its end.
    /// </summary>
    public async Task LeadAsync(CancellationToken cancellationToken)
    {
        // The fence cancelled its jobs together with the workers; now wait for them.
        try
        {
            await Host.RunAsync(cancellationToken);
        }
        finally
        {
            await _forget();
        }
    }
}
