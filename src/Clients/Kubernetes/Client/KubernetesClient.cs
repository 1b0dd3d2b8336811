using KubernetesClientConfiguration = k8s.KubernetesClientConfiguration;

namespace Drydock.Clients.Kubernetes.Client;

public sealed class KubernetesClient : IKubernetesClient, IDisposable
{
    private const string Json = "application/json";
    private const string PartialMetadata = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
    private const string PartialMetadataList = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
    private readonly KubernetesTransport _transport;
    private readonly KubernetesClientOptions _options;
    private readonly EntityJson _json;
    private readonly TimeProvider _time;

    public KubernetesClient(
        KubernetesClientConfiguration configuration,
        JsonSerializerOptions json,
        KubernetesClientOptions? options = null,
        TimeProvider? time = null)
    {
        _options = options ?? new KubernetesClientOptions();
        _time = time ?? TimeProvider.System;
        _json = new EntityJson(json);
        _transport = new KubernetesTransport(configuration, json, _options, _time);
        DefaultNamespace = string.IsNullOrEmpty(configuration.Namespace) ? "default" : configuration.Namespace;
    }

    public string DefaultNamespace { get; }

    public TimeSpan? ServerAhead => _transport.ServerAhead;

    public async Task<TEntity?> GetAsync<TEntity>(
        string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        var (resource, ns) = Target<TEntity>(@namespace);
        var request = resource.Request("get", ns, name);
        try
        {
            return _json.Read<TEntity>(
                request, await SendAsync(request, HttpMethod.Get, resource.Path(ns, name), null, cancellationToken));
        }
        catch (KubernetesNotFoundException)
        {
            return null;
        }
    }

    public async Task<KubernetesList<TEntity>> ListAsync<TEntity>(
        string? @namespace = null, ListOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        options ??= new ListOptions();
        var resource = KubernetesResource.Of<TEntity>();
        var request = resource.Request("list", @namespace);
        var accept = options.MetadataOnly ? PartialMetadataList : Json;
        return await ListPages.ReadAsync(
            options,
            query => _transport.ReadAsync(
                request,
                () => Message(HttpMethod.Get, resource.Path(@namespace) + Query(query), null, accept),
                (stream, token) =>
                    new ListPageReader<TEntity>(request, _json, options, _options.MaxAnswerBytes)
                        .ReadAsync(stream, token),
                cancellationToken));
    }

    public async Task<TEntity> CreateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        var (resource, ns) = Target<TEntity>(entity.Metadata.Namespace);
        var request = resource.Request("create", ns, entity.Metadata.Name is { Length: > 0 } name ? name : null);
        return _json.Read<TEntity>(
            request,
            await SendAsync(
                request,
                HttpMethod.Post,
                resource.Path(ns) + Manager(),
                () => _json.Body(entity, Json),
                cancellationToken));
    }

    public Task<TEntity> UpdateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => ReplaceAsync(entity, subresource: null, cancellationToken);

    public Task<TEntity> UpdateStatusAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => ReplaceAsync(entity, "status", cancellationToken);

    public async Task<TEntity> PatchAsync<TEntity>(
        KubernetesPatch patch,
        string name,
        string? @namespace = null,
        string? subresource = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        var (resource, ns) = Target<TEntity>(@namespace);
        var request = resource.Request("patch", ns, name, subresource);
        return _json.Read<TEntity>(
            request,
            await SendAsync(
                request,
                HttpMethod.Patch,
                resource.Path(ns, name, subresource) + Manager(),
                () => EntityJson.Content(patch.Body, patch.ContentType),
                cancellationToken));
    }

    public async Task<TEntity> ApplyAsync<TEntity>(
        TEntity entity, ApplyOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        var (resource, ns) = Target<TEntity>(entity.Metadata.Namespace);
        var request = resource.Request("patch", ns, entity.Metadata.Name);
        var query = Query(
            ("fieldManager", options?.FieldManager ?? _options.FieldManager),
            ("force", options?.Force == true ? "true" : null));
        return _json.Read<TEntity>(request, await SendAsync(
            request,
            HttpMethod.Patch,
            resource.Path(ns, entity.Metadata.Name) + query,
            () => _json.Body(entity, "application/apply-patch+yaml", withoutServerFields: true),
            cancellationToken));
    }

    public async Task<bool> DeleteAsync<TEntity>(
        string name,
        string? @namespace = null,
        DeleteOptions? options = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        var (resource, ns) = Target<TEntity>(@namespace);
        var request = resource.Request("delete", ns, name);
        try
        {
            await SendAsync(
                request, HttpMethod.Delete, resource.Path(ns, name), () => DeleteBody(options), cancellationToken);
            return true;
        }
        catch (KubernetesNotFoundException)
        {
            return false;
        }
    }

    public async IAsyncEnumerable<WatchEvent<TEntity>> WatchAsync<TEntity>(
        string? @namespace = null,
        WatchOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        options ??= new WatchOptions();
        var resource = KubernetesResource.Of<TEntity>();
        var request = resource.Request("watch", @namespace);
        var query = Query(
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", options.ResourceVersion),
            ("timeoutSeconds", Math.Max(1, (int)options.Timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
            ("labelSelector", options.LabelSelector),
            ("fieldSelector", options.FieldSelector));
        using var response = await _transport.OpenAsync(
            request,
            () =>
                Message(
                    HttpMethod.Get,
                    resource.Path(@namespace) + query,
                    null,
                    options.MetadataOnly ? PartialMetadata : Json),
            cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        options.OnAccepted?.Invoke();
        var limits = new WatchStreamLimits(options.IdleLimit, _options.MaxWatchLineBytes);
        await foreach (var watchEvent in WatchStream.ReadAsync<TEntity>(
            stream, request, _json, limits, _time, cancellationToken))
        {
            yield return watchEvent;
        }
    }

    public async Task<string> GetServerVersionAsync(CancellationToken cancellationToken = default)
    {
        var request = new KubernetesRequest("get", "", "version", null, null);
        var body = await SendAsync(request, HttpMethod.Get, "version", null, cancellationToken);
        using var document = Parse(request, body);
        return document.RootElement.TryGetProperty("gitVersion"u8, out var version) ? version.GetString() ?? "" : "";
    }

    public void Dispose() => _transport.Dispose();

    private static JsonDocument Parse(KubernetesRequest request, byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            throw new KubernetesUnreadableObjectException(
                request, new UnreadableObject(request.Namespace, request.Name ?? "", "", "the answer is not JSON"));
        }
    }

    private static HttpContent? DeleteBody(DeleteOptions? options)
    {
        if (options is null)
        {
            return null;
        }

        var body = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions" };
        if (options.Uid is not null || options.ResourceVersion is not null)
        {
            var preconditions = new JsonObject();
            body["preconditions"] = preconditions;
            SetIf(preconditions, "uid", options.Uid);
            SetIf(preconditions, "resourceVersion", options.ResourceVersion);
        }

        SetIf(body, "propagationPolicy", options.Propagation?.ToString());
        return EntityJson.Content(body, Json);

        static void SetIf(JsonObject node, string name, string? value)
        {
            if (value is not null)
            {
                node[name] = value;
            }
        }
    }

    private static string Query(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                query.Append(query.Length == 0 ? '?' : '&')
                    .Append(name)
                    .Append('=')
                    .Append(Uri.EscapeDataString(value));
            }
        }

        return query.ToString();
    }

    private static HttpRequestMessage Message(
        HttpMethod method, string path, Func<HttpContent?>? content, string accept)
    {
        var message = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content?.Invoke() };
        message.Headers.TryAddWithoutValidation("Accept", accept);
        return message;
    }

    private async Task<TEntity> ReplaceAsync<TEntity>(
        TEntity entity, string? subresource, CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject
    {
        if (string.IsNullOrEmpty(entity.Metadata.ResourceVersion))
        {
            throw new ArgumentException(
                $"{ObjectName(entity)} has no resourceVersion: only an object that was read can be replaced.",
                nameof(entity));
        }

        var (resource, ns) = Target<TEntity>(entity.Metadata.Namespace);
        var name = entity.Metadata.Name;
        var request = resource.Request("update", ns, name, subresource);
        return _json.Read<TEntity>(
            request,
            await SendAsync(
                request,
                HttpMethod.Put,
                resource.Path(ns, name, subresource) + Manager(),
                () => _json.Body(entity, Json),
                cancellationToken));
    }

    private static string ObjectName<TEntity>(TEntity entity)
        where TEntity : class, IKubernetesObject =>
            $"{KubernetesResource.Of<TEntity>().Kind} {entity.Metadata.Namespace}/{entity.Metadata.Name}";

    private string Manager() => Query(("fieldManager", _options.FieldManager));

    private (KubernetesResource Resource, string? Namespace) Target<TEntity>(string? @namespace)
        where TEntity : class, IKubernetesObject
    {
        var resource = KubernetesResource.Of<TEntity>();
        return (resource, resource.Namespaced ? @namespace ?? DefaultNamespace : null);
    }

    private Task<byte[]> SendAsync(
        KubernetesRequest request,
        HttpMethod method,
        string path,
        Func<HttpContent?>? content,
        CancellationToken cancellationToken,
        string accept = Json) =>
        _transport.SendAsync(request, () => Message(method, path, content, accept), cancellationToken);
}

/// <summary>Limits and names of a <see cref="KubernetesClient"/>.</summary>
public sealed record KubernetesClientOptions
{
    public string FieldManager { get; init; } = "drydock";

    public string UserAgent { get; init; } = "drydock";

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>An HTTP/2 connection silent for this long is pinged, so that a half-open one is detected while watches
    /// are idle and before a lease is lost because of it.</summary>
    public TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(4);

    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Maximum length of an answer in bytes: many times the size of one object in an API server.</summary>
    public int MaxAnswerBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Maximum length of a watch event in bytes.</summary>
    public int MaxWatchLineBytes { get; init; } = 8 * 1024 * 1024;

    public int ReadRetries { get; init; } = 4;

    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(10);
}
