namespace Drydock.Clients.Kubernetes.Client;

/// <summary>JSON of entities.</summary>
internal sealed class EntityJson(JsonSerializerOptions json)
{
    /// <summary>An object as a request body, with apiVersion and kind even if the entity does not contain
    /// them.</summary>
    public JsonObject Write<TEntity>(TEntity entity)
        where TEntity : class, IKubernetesObject
    {
        var custom = entity as CustomKubernetesEntity;
        if (custom?.IsReduced == true)
        {
            throw new InvalidOperationException(
                $"{entity.Metadata.Namespace}/{entity.Metadata.Name} is a reduced copy from a cache and must not be "
                + "written: the parts that it lacks would be lost.");
        }

        var resource = KubernetesResource.Of<TEntity>();
        var node = (custom?.AsWritten?.DeepClone()
            ?? JsonSerializer.SerializeToNode(entity, json.TypeInfo<TEntity>())!).AsObject();
        node["apiVersion"] = resource.ApiVersion;
        node["kind"] = resource.Kind;
        return node;
    }

    public TEntity Read<TEntity>(KubernetesRequest request, JsonElement element)
        where TEntity : class, IKubernetesObject
    {
        var (entity, unreadable) = TryRead<TEntity>(element);
        return entity ?? throw new KubernetesUnreadableObjectException(request, unreadable!);
    }

    public (TEntity? Entity, UnreadableObject? Unreadable) TryRead<TEntity>(JsonElement element)
        where TEntity : class, IKubernetesObject
    {
        try
        {
            var entity = element.Deserialize(json.TypeInfo<TEntity>()) ?? throw new JsonException("null");

            // The items of a list of the core group do not have them.
            var resource = KubernetesResource.Of<TEntity>();
            entity.ApiVersion ??= resource.ApiVersion;
            entity.Kind ??= resource.Kind;
            return entity.Metadata is { Name.Length: > 0 }
                ? (entity, null)
                : throw new JsonException("expected a name", "$.metadata.name", null, null);
        }
        catch (JsonException e)
        {
            return (null, new UnreadableObject(
                Metadata(element, "namespace"), Metadata(element, "name") ?? "", e.Explain()));
        }
    }

    public static KubernetesUnreadableObjectException NoJson(KubernetesRequest request) => new(
        request, new UnreadableObject(request.Namespace, request.Name ?? "", "the answer is not JSON"));

    public static string? Metadata(JsonElement entity, string field) =>
        entity.Member("metadata").Member(field) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
}

/// <summary>Typed access to source-generated JSON.</summary>
internal static class JsonExtensions
{
    public static JsonTypeInfo<T> TypeInfo<T>(this JsonSerializerOptions options) =>
        (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));

    /// <summary>A member of an object; undefined if there is none.</summary>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    public static string Explain(this JsonException error)
    {
        var end = error.Message.IndexOf(" Path:", StringComparison.Ordinal);
        return $"{(end < 0 ? error.Message : error.Message[..end])} at {error.Path ?? "$"}";
    }
}
