using Drydock.Abstractions.Controllers;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Clients.Kubernetes.Watching;

namespace Drydock.Operator.Composition;

/// <summary>Watch, writer, controller and host of one kind.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
internal sealed class ControllerParts<TEntity>
    where TEntity : class, IKubernetesObject
{
    private readonly IAsyncDisposable? _controller;

    /// <summary>Puts them together.</summary>
    /// <param name="client">The API server.</param>
    /// <param name="watchNamespace">The only namespace to look after; null for all.</param>
    /// <param name="build">Builds the controller.</param>
    /// <param name="secretNames">Secrets whose changes wake an object.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Logs.</param>
    public ControllerParts(
        IKubernetesClient client,
        string? watchNamespace,
        Func<IEntityWriter<TEntity>, IReconcileTrigger<TEntity>, IEntityController<TEntity>> build,
        Func<TEntity, IEnumerable<string>> secretNames,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        Watcher = new ResourceWatcher<TEntity>(client, new ResourceWatcherOptions { Namespace = watchNamespace }, time, loggers.CreateLogger<ResourceWatcher<TEntity>>());
        Secrets = new SecretWatch<TEntity>(client, Watcher, secretNames, time, loggers);
        var writer = new EntityWriter<TEntity>(client, Watcher);
        var trigger = new LateTrigger<TEntity>();
        var controller = build(writer, trigger);
        _controller = controller as IAsyncDisposable;
        Host = new ControllerHost<TEntity>(Watcher, writer, controller, [Secrets], null, time, loggers.CreateLogger<ControllerHost<TEntity>>());
        trigger.Host = Host;
    }

    /// <summary>The watch; runs whether or not this process leads.</summary>
    public ResourceWatcher<TEntity> Watcher { get; }

    /// <summary>The watch of referenced Secrets; runs with the host.</summary>
    public SecretWatch<TEntity> Secrets { get; }

    /// <summary>The host.</summary>
    public ControllerHost<TEntity> Host { get; }

    /// <summary>Runs the host for one term of leadership, and drops what the controller holds in memory at its end.</summary>
    public async Task LeadAsync(CancellationToken cancellationToken)
    {
        await Host.RunAsync(cancellationToken);
        if (_controller is not null)
        {
            await _controller.DisposeAsync();
        }
    }
}
