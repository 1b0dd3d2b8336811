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
                : (null, Unreadable(element, "metadata.name is missing"));
        }
        catch (JsonException e)
        {
            return (null, Unreadable(element, e.Explain()));
        }
    }

    private static UnreadableObject Unreadable(JsonElement element, string error) =>
        new(Metadata(element, "namespace"), Metadata(element, "name") ?? "", error);

    public static KubernetesUnreadableObjectException NoJson(KubernetesRequest request) => new(
        request, "the answer is not that of a Kubernetes API server: it is not JSON, or no object");

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
}

/// <summary>What is wrong with JSON, in words of people: the sentences of the reader name types of .NET.</summary>
public static class JsonFailure
{
    public static string Explain(this JsonException error) => error.Path?.TrimStart('$', '.') is { Length: > 0 } field
        ? $"{field} has a value that this program does not know"
        : "a field is missing, or the object has another form";
}
