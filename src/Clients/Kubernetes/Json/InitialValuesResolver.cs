using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Drydock.Clients.Kubernetes.Json;

/// <summary>
/// Reads objects as "construct, then set what the JSON names". The source generator treats <c>init</c> properties as constructor parameters and so
/// replaces their initial values (<c>= new()</c>, <c>= "10m"</c>) by null or zero whenever the JSON does not name them, which for API objects is the rule.
/// </summary>
internal sealed class InitialValuesResolver(IJsonTypeInfoResolver inner) : IJsonTypeInfoResolver
{
    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options)
    {
        var generated = inner.GetTypeInfo(type, options);
        if (generated is not { Kind: JsonTypeInfoKind.Object } || generated.PolymorphismOptions is not null || type.GetConstructor(Type.EmptyTypes) is not { } constructor)
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
            info.Properties.Add(Copy(info, property));
        }

        return info;
    }

    private static JsonPropertyInfo Copy(JsonTypeInfo owner, JsonPropertyInfo generated)
    {
        var copy = owner.CreateJsonPropertyInfo(generated.PropertyType, generated.Name);
        copy.Get = generated.Get;
        copy.ShouldSerialize = generated.ShouldSerialize;
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
