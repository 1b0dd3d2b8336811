using System.Collections;
using Drydock.Crds.Plans;
using Drydock.Crds;

namespace Drydock.Tests.Integration.Crds;

/// <summary>
/// Makes an object of a type with every field filled, so that nothing the code can write escapes the schema.
/// </summary>
internal static class Filled
{
    public static JsonObject Node(Type type) =>
        JsonSerializer.SerializeToNode(Of(type, type.Name), CrdsJsonContext.Default.GetTypeInfo(type)!)!.AsObject();

    private static object Of(Type declared, string name)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(string))
        {
            return name;
        }

        if (type == typeof(bool))
        {
            return true;
        }

        if (type == typeof(int))
        {
            return 7;
        }

        if (type == typeof(long))
        {
            return 7_000_000_000L;
        }

        if (type == typeof(DateTimeOffset))
        {
            return new DateTimeOffset(2024, 2, 29, 12, 34, 56, TimeSpan.Zero);
        }

        if (type.IsEnum)
        {
            return Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1)!;
        }

        if (type == typeof(PlanProgress))
        {
            return ((StoredPlan)Of(typeof(StoredPlan), name)).AsRun();
        }

        var instance = Activator.CreateInstance(type)!;
        switch (instance)
        {
            case IDictionary map:
                map["key"] = Of(type.GetGenericArguments()[1], name);
                return map;
            case IList list:
                list.Add(Of(type.GetGenericArguments()[0], name));
                return list;
        }

        foreach (var property in type.GetProperties()
            .Where(property => property.CanWrite && property.PropertyType != typeof(JsonElement?)))
        {
            property.SetValue(instance, Of(
                property.PropertyType,
                property.Name switch { "Downtime" => "1h", "Name" => "name", var other => other }));
        }

        return instance;
    }
}
