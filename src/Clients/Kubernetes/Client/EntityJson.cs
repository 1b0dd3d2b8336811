namespace Drydock.Clients.Kubernetes.Client;

/// <summary>JSON of entities, lists and events.</summary>
internal sealed class EntityJson(JsonSerializerOptions json)
{
    public JsonSerializerOptions Options => json;

    /// <summary>An object as a request body, with apiVersion and kind even if the entity does not contain
    /// them.</summary>
    public HttpContent Body<TEntity>(TEntity entity, string contentType, bool withoutServerFields = false)
        where TEntity : class, IKubernetesObject
    {
        if (entity.Metadata.IsReduced)
        {
            throw new InvalidOperationException(
                $"{entity.Metadata.Namespace}/{entity.Metadata.Name} is a reduced copy from a cache and must not be "
                + "written: the parts that it lacks would be lost.");
        }

        var resource = KubernetesResource.Of<TEntity>();
        var node = (entity.Metadata.AsWritten?.DeepClone()
            ?? JsonSerializer.SerializeToNode(entity, json.TypeInfo<TEntity>())!).AsObject();
        node["apiVersion"] = resource.ApiVersion;
        node["kind"] = resource.Kind;
        if (withoutServerFields && node["metadata"] is JsonObject metadata)
        {
            foreach (var field in (ReadOnlySpan<string>)["uid", "generation", "creationTimestamp", "deletionTimestamp"])
            {
                metadata.Remove(field);
            }
        }

        return Content(node, contentType);
    }

    public static HttpContent Content(JsonNode node, string contentType)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            node.WriteTo(writer);
        }

        var content = new ByteArrayContent(buffer.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        return content;
    }

    public TEntity Read<TEntity>(KubernetesRequest request, byte[] body)
        where TEntity : class, IKubernetesObject
    {
        try
        {
            return JsonSerializer.Deserialize(body, json.TypeInfo<TEntity>()) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new KubernetesUnreadableObjectException(request, Describe(request, body, e));
        }
    }

    public (TEntity? Entity, UnreadableObject? Unreadable) TryRead<TEntity>(ReadOnlySpan<byte> element)
        where TEntity : class, IKubernetesObject
    {
        try
        {
            return (JsonSerializer.Deserialize(element, json.TypeInfo<TEntity>()) ?? throw new JsonException("null"),
                null);
        }
        catch (JsonException e)
        {
            return (null, Describe(element, e));
        }
    }

    public (TEntity? Entity, UnreadableObject? Unreadable) TryRead<TEntity>(JsonElement element)
        where TEntity : class, IKubernetesObject
    {
        try
        {
            return (element.Deserialize(json.TypeInfo<TEntity>()) ?? throw new JsonException("null"), null);
        }
        catch (JsonException e)
        {
            return (null, Describe(element, e));
        }
    }

    public static string ResourceVersion(JsonElement entity) => Metadata(entity, "resourceVersion") ?? "";

    private static UnreadableObject Describe(KubernetesRequest request, byte[] body, JsonException error)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Describe(document.RootElement, error);
        }
        catch (JsonException)
        {
            return new UnreadableObject(request.Namespace, request.Name ?? "", "", "the answer is not JSON");
        }
    }

    private static UnreadableObject Describe(ReadOnlySpan<byte> element, JsonException error)
    {
        var reader = new Utf8JsonReader(element);
        using var document = JsonDocument.ParseValue(ref reader);
        return Describe(document.RootElement, error);
    }

    private static UnreadableObject Describe(JsonElement element, JsonException error) =>
        new(Metadata(element, "namespace"), Metadata(element, "name") ?? "", ResourceVersion(element), error.Explain());

    private static string? Metadata(JsonElement entity, string field) =>
        entity.ValueKind == JsonValueKind.Object
        && entity.TryGetProperty("metadata"u8, out var metadata)
        && metadata.ValueKind == JsonValueKind.Object
        && metadata.TryGetProperty(field, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}

/// <summary>Typed access to source-generated JSON.</summary>
internal static class JsonExtensions
{
    public static JsonTypeInfo<T> TypeInfo<T>(this JsonSerializerOptions options) =>
        (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));

    public static string Explain(this JsonException error)
    {
        var end = error.Message.IndexOf(" Path:", StringComparison.Ordinal);
        return $"{(end < 0 ? error.Message : error.Message[..end])} at {error.Path ?? "$"}";
    }
}
