using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using Drydock.Tests.Unit.Crds.Specs;
using Drydock.Tests.Unit.Crds.Specs.Making;
using Key = (string Resource, string? Namespace, string Name);

namespace Drydock.Tests.Unit.Fakes;

/// <content>The parts of objects, whatever their type.</content>
internal sealed partial class FakeKubernetes
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo?> StatusOf = new();

    private readonly ConditionalWeakTable<IKubernetesObject, IKubernetesObject> _read = [];

    // All are records, without a base of their own.
    private static IKubernetesObject Copy<T>(T entity, V1ObjectMeta metadata)
        where T : class, IKubernetesObject
    {
        if (entity is CustomKubernetesEntity { IsReduced: true })
        {
            throw new InvalidOperationException($"{entity.Metadata.Name} is a reduced copy and must not be written");
        }

        var copy = (IKubernetesObject)entity.GetType().GetMethod("<Clone>$")!.Invoke(entity, null)!;
        copy.Metadata = metadata;
        if (entity.GetType().GetCustomAttribute<KubernetesEntityAttribute>() is { } resource)
        {
            (copy.Kind, copy.ApiVersion) = (resource.Kind, $"{resource.Group}/{resource.ApiVersion}".TrimStart('/'));
        }

        return copy;
    }

    private static PropertyInfo? Status(IKubernetesObject entity) =>
        entity is CustomKubernetesEntity
            ? StatusOf.GetOrAdd(entity.GetType(), static type => type.GetProperty("Status"))
            : null;

    // The default of the CRDs.
    private static object? Unseen(IKubernetesObject entity)
    {
        if (Status(entity)!.PropertyType.GetProperty("ObservedGeneration") is not { } generation)
        {
            return null;
        }

        var unseen = Activator.CreateInstance(Status(entity)!.PropertyType);
        generation.SetValue(unseen, -1L);
        return unseen;
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject inner)
            {
                target[name] ??= new JsonObject();
                Merge(target[name]!.AsObject(), inner);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }

    private static bool IsIn(string? @namespace, IKubernetesObject entity) =>
        @namespace is null || entity.Metadata.Namespace == @namespace;

    private static bool Matches(string? fieldSelector, IKubernetesObject entity) =>
        fieldSelector is null || fieldSelector == $"metadata.name={entity.Metadata.Name}";

    private static bool IsSelected(string? labelSelector, IKubernetesObject entity) =>
        labelSelector is null || labelSelector.Split(',').Select(part => part.Split('=')).All(part =>
            entity.Metadata.Label(part[0]) is { } label && (part.Length == 1 || part[^1] == label));

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    private Key KeyOf<T>(string? @namespace, string name)
        where T : class, IKubernetesObject
    {
        var resource = KubernetesResource.Of<T>();
        return (resource.QualifiedName, resource.Namespaced ? @namespace ?? space : null, name);
    }

    private (Key Key, KubernetesRequest Request) At<T>(string verb, V1ObjectMeta metadata, string? subresource = null)
        where T : class, IKubernetesObject
    {
        var key = KeyOf<T>(metadata.Namespace, metadata.Name);
        return (key, KubernetesResource.Of<T>().Request(verb, key.Namespace, key.Name, subresource));
    }

    // Servers keep whole seconds.
    private DateTime Now()
    {
        var now = (time.GetUtcNow() + Ahead).UtcDateTime;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
    }

    private string? Spec(IKubernetesObject entity) =>
        entity is CustomKubernetesEntity && entity.GetType().GetProperty("Spec") is { } spec
            ? JsonSerializer.Serialize(spec.GetValue(entity), json.GetTypeInfo(spec.PropertyType))
            : null;

    // The spec as its author wrote it, where a client sends that.
    private static byte[] Written(IKubernetesObject entity, byte[] typed)
    {
        if (entity is not CustomKubernetesEntity { AsWritten: { } written })
        {
            return typed;
        }

        var node = JsonNode.Parse(typed)!.AsObject();
        node["spec"] = written["spec"]?.DeepClone();
        return Encoding.UTF8.GetBytes(node.ToJsonString());
    }

    private void Check(KubernetesRequest request, IKubernetesObject entity, byte[]? written)
    {
        var errors = ServerRules.Broken(entity.Metadata).ToList();
        if (realJson && written is not null && Schemas.Whole.TryGetValue(entity.Kind, out var schema))
        {
            using var document = JsonDocument.Parse(written);
            errors.AddRange(SchemaCheck.Errors(schema, document.RootElement, "").Select(error => error.TrimStart('.')));
        }

        if (errors.Count > 0)
        {
            var message = $"{entity.Kind} \"{request.Name}\" is invalid: {string.Join(", ", errors)}";
            throw Refusal(request, 422, "Invalid", message, errors);
        }
    }

    // A stored version never changes, so what another type reads of it is read once.
    private T Read<T>(IKubernetesObject stored)
        where T : class, IKubernetesObject
    {
        if ((stored as T ?? (_read.TryGetValue(stored, out var other) ? other as T : null)) is { } known)
        {
            return known;
        }

        var node = JsonSerializer.SerializeToNode(stored, json.GetTypeInfo(stored.GetType()));
        var read = node.Deserialize(json.TypeInfo<T>())!;
        _read.AddOrUpdate(stored, read);
        return read;
    }
}
