using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Crds.OmsUpgrades;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>An API server that answers reads as a test says, and whose watch says what a test writes to it.</summary>
internal sealed class StubApi : IKubernetesClient
{
    public string DefaultNamespace => "own";

    /// <summary>The answer to a list of OMS upgrades.</summary>
    public Func<ListOptions?, KubernetesList<OmsUpgrade>> List { get; set; } = _ => new([], "1", []);

    /// <summary>The answer to a list of the other kind.</summary>
    public Func<KubernetesList<DatabaseRollingUpgrade>> OtherList { get; set; } = () => new([], "1", []);

    /// <summary>The answer to a read.</summary>
    public Func<OmsUpgrade?> Read { get; set; } = () => null;

    /// <summary>The answer to the question for the version.</summary>
    public Func<CancellationToken, Task<string>> Version { get; set; } = _ => Task.FromResult("v1.30.0");

    /// <summary>What the watch of OMS upgrades says. What is written together is read together.</summary>
    public Channel<IReadOnlyList<WatchEvent<OmsUpgrade>>> Changes { get; } = Channel.CreateUnbounded<IReadOnlyList<WatchEvent<OmsUpgrade>>>();

    /// <summary>Ends once a watch has read everything and waits.</summary>
    public TaskCompletionSource Drained { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<TEntity?> GetAsync<TEntity>(string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => (TEntity?)(IKubernetesObject?)Read();

    public async Task<KubernetesList<TEntity>> ListAsync<TEntity>(
        string? @namespace = null, ListOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject =>
        typeof(TEntity) == typeof(OmsUpgrade)
            ? (KubernetesList<TEntity>)(object)List(options)
            : (KubernetesList<TEntity>)(object)OtherList();

    public async IAsyncEnumerable<WatchEvent<TEntity>> WatchAsync<TEntity>(
        string? @namespace = null, WatchOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        if (typeof(TEntity) != typeof(OmsUpgrade))
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        while (true)
        {
            if (!Changes.Reader.TryRead(out var changes))
            {
                Drained.TrySetResult();
                changes = await Changes.Reader.ReadAsync(cancellationToken);
            }

            foreach (var change in changes)
            {
                yield return (WatchEvent<TEntity>)(object)change;
            }
        }
    }

    public Task<string> GetServerVersionAsync(CancellationToken cancellationToken = default) => Version(cancellationToken);

    public Task<TEntity> CreateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public Task<TEntity> UpdateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public Task<TEntity> UpdateStatusAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public Task<TEntity> PatchAsync<TEntity>(
        KubernetesPatch patch, string name, string? @namespace = null, string? subresource = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public Task<TEntity> ApplyAsync<TEntity>(TEntity entity, ApplyOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public Task<bool> DeleteAsync<TEntity>(
        string name, string? @namespace = null, DeleteOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();
}
