namespace Drydock.Tests.Unit.Fakes;

/// <summary>One call of a client.</summary>
/// <param name="Entity">What is written; null for a patch, a deletion and a read.</param>
internal sealed record ApiCall(KubernetesRequest Request, string Kind, IKubernetesObject? Entity)
{
    /// <summary>The verb; <c>status</c> for a replacement of the status.</summary>
    public string Verb { get; } =
        Request.Resource.EndsWith("/status", StringComparison.Ordinal) ? "status" : Request.Verb;

    public override string ToString() => (Verb, Entity) switch
    {
        ("status", OmsUpgrade { Status: { } s }) => $"status {s.Phase} {s.Progress} {s.Step}".TrimEnd(),
        ("status", _) => $"status {Request.Name}",
        _ => $"{Verb} {Kind} {Request.Name}",
    };
}

/// <summary>A client of <see cref="FakeKubernetes"/>. Each call meets the faults of the server.</summary>
internal abstract class ApiCalls : IKubernetesClient
{
    public string DefaultNamespace => Server.Space;

    public DateTimeOffset? ServerTime => Server.Clock;

    protected abstract FakeKubernetes Server { get; }

    public Task<TEntity?> GetAsync<TEntity>(
        string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => CallAsync<TEntity, TEntity?>(
            "get", @namespace, name, null, () => Server.Find<TEntity>(@namespace, name), cancellationToken);

    public Task<KubernetesList<TEntity>> ListAsync<TEntity>(
        string? @namespace = null, ListOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => CallAsync<TEntity, KubernetesList<TEntity>>(
            "list", @namespace, null, null, () => Server.List<TEntity>(@namespace, options), cancellationToken);

    public Task<TEntity> CreateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject =>
        WriteAsync("create", entity, () => Server.Create(entity), cancellationToken);

    public Task<TEntity> UpdateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject =>
        WriteAsync("update", entity, () => Server.Update(entity), cancellationToken);

    public Task<TEntity> UpdateStatusAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject =>
        WriteAsync("update", entity, () => Server.UpdateStatus(entity), cancellationToken, "status");

    public Task<TEntity> PatchAsync<TEntity>(
        JsonObject patch,
        string name,
        string? @namespace = null,
        string? subresource = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        TEntity Patch() => Server.Patch<TEntity>(@namespace, name, patch, subresource);
        return CallAsync<TEntity, TEntity>("patch", @namespace, name, null, Patch, cancellationToken, subresource);
    }

    public Task<bool> DeleteAsync<TEntity>(
        string name,
        string? @namespace = null,
        DeleteOptions? options = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        bool Delete() => Server.Delete<TEntity>(@namespace, name, options);
        return CallAsync<TEntity, bool>("delete", @namespace, name, null, Delete, cancellationToken);
    }

    public virtual IAsyncEnumerable<WatchEvent<TEntity>> WatchAsync<TEntity>(
        string? @namespace = null, WatchOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject =>
        throw new NotSupportedException("the world wakes the controller itself");

    /// <summary>Brings the call to the server, and the answer back.</summary>
    protected abstract Task<T> SendAsync<T>(ApiCall call, Func<T> carryOut, CancellationToken cancellationToken);

    private Task<TEntity> WriteAsync<TEntity>(
        string verb, TEntity entity, Func<TEntity> carryOut, CancellationToken token, string? subresource = null)
        where TEntity : class, IKubernetesObject => CallAsync<TEntity, TEntity>(
            verb, entity.Metadata.Namespace, entity.Metadata.Name, entity, carryOut, token, subresource);

    private async Task<TResult> CallAsync<TEntity, TResult>(
        string verb, string? space, string? name, IKubernetesObject? entity, Func<TResult> carryOut,
        CancellationToken token, string? subresource = null)
        where TEntity : class, IKubernetesObject
    {
        var resource = KubernetesResource.Of<TEntity>();
        var request = resource.Request(verb, name is null ? space : space ?? DefaultNamespace, name, subresource);
        var call = new ApiCall(request, resource.Kind, entity);
        var fault = Server.Faults.Take(call);
        if (fault is { Fault: ApiFault.Slow })
        {
            await Task.Delay(fault.Pause, Server.Time, token);
        }

        return await SendAsync(call, () => fault is null ? carryOut() : fault.CarryOut(Server, call, carryOut), token);
    }
}
