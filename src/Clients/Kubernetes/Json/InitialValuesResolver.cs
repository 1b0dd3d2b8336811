using System.Collections;
using Drydock.Crds.Common;

namespace Drydock.Clients.Kubernetes.Json;

/// <summary>Reads objects as "construct, then set what the JSON names". The source generator treats <c>init</c>
/// properties as constructor parameters and so replaces their initial values (<c>= new()</c>, <c>= "10m"</c>) by null
/// or zero whenever they are missing in the JSON, which is normal for API objects.</summary>
internal sealed class InitialValuesResolver(IJsonTypeInfoResolver inner) : IJsonTypeInfoResolver
{
    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options)
    {
        var generated = inner.GetTypeInfo(type, options);
        if (generated is not { Kind: JsonTypeInfoKind.Object }
            || generated.PolymorphismOptions is not null
            || type.GetConstructor(Type.EmptyTypes) is not { } constructor)
        {
            return generated;
        }

        var construct = ConstructorInvoker.Create(constructor);
        var info = JsonTypeInfo.CreateJsonTypeInfo(type, options);
        info.CreateObject = construct.Invoke;
        info.UnmappedMemberHandling = generated.UnmappedMemberHandling;
        info.OriginatingResolver = this;
        foreach (var property in generated.Properties)
        {
            if (Ignored(property) != JsonIgnoreCondition.Always && !IsTracking(property))
            {
                info.Properties.Add(Copy(info, property));
            }
        }

        return info;
    }

    /// <summary>What the server notes of who wrote which field takes more memory than the rest of most objects.
    /// </summary>
    private static bool IsTracking(JsonPropertyInfo property) =>
        property.PropertyType == typeof(IList<k8s.Models.V1ManagedFieldsEntry>);

    /// <summary>What <c>[JsonIgnore]</c> says; a copied property does not include it automatically.</summary>
    private static JsonIgnoreCondition? Ignored(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(
            typeof(JsonIgnoreAttribute), inherit: true) is [JsonIgnoreAttribute ignore, ..]
            ? ignore.Condition
            : null;

    private static Func<object, object?, bool> WithoutDefault(Type type)
    {
        if (type == typeof(string))
        {
            return static (_, value) => value is string { Length: > 0 };
        }

        var initial = type.IsValueType ? RuntimeHelpers.GetUninitializedObject(type) : null;
        return Nullable.GetUnderlyingType(type) is null ? (_, value) =>
            !Equals(value, initial) : static (_, value) => value is not null;
    }

    // An empty list in a status is a row that says nothing.
    private static JsonPropertyInfo Copy(JsonTypeInfo owner, JsonPropertyInfo generated)
    {
        var copy = owner.CreateJsonPropertyInfo(generated.PropertyType, generated.Name);
        copy.Get = generated.Get;
        copy.ShouldSerialize = Ignored(generated) switch
        {
            JsonIgnoreCondition.WhenWritingNull => static (_, value) => value is not null,
            JsonIgnoreCondition.WhenWritingDefault => WithoutDefault(generated.PropertyType),
            JsonIgnoreCondition.Never => static (_, _) => true,
            _ when typeof(ObservedStatus).IsAssignableFrom(owner.Type)
                && typeof(ICollection).IsAssignableFrom(generated.PropertyType) =>
                static (_, value) => value is ICollection { Count: > 0 },
            _ => generated.ShouldSerialize,
        };
        copy.CustomConverter = generated.CustomConverter;
        copy.NumberHandling = generated.NumberHandling;
        copy.IsExtensionData = generated.IsExtensionData;
        copy.ObjectCreationHandling = generated.ObjectCreationHandling;
        copy.Order = generated.Order;
        copy.AttributeProvider = generated.AttributeProvider;
        if (generated.AttributeProvider is PropertyInfo { SetMethod: { } setMethod })
        {
            var set = MethodInvoker.Create(setMethod);
            copy.Set = (target, value) =>
            {
                if (value is not null)
                {
                    set.Invoke(target, value);
                }
            };
        }

        return copy;
    }
}
