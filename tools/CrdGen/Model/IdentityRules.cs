using Drydock.Abstractions.Entities;

namespace Drydock.CrdGen.Model;

/// <summary>
/// Makes the transition rules that freeze identity fields. One rule a field, so that the message names it; all at the root, because
/// only there are spec and status seen together. Lists of objects are compared by key, and fields of another class inside them stay free.
/// </summary>
public static class IdentityRules
{
    /// <summary>The rules of a spec.</summary>
    /// <exception cref="InvalidOperationException">Identity and other fields are mixed in an optional object or in a list without keys.</exception>
    public static IReadOnlyList<CelRule> Of(SchemaNode spec, FrozenWhileAttribute frozen)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(frozen);
        return
        [
            .. OfProperties(spec, new Place("spec", "self.spec", "oldSelf.spec", 0, inner => inner))
                .Select(check => new CelRule($"!({frozen.Condition}) || ({check.Rule})", $"{check.Path} {frozen.WayOut}")),
        ];
    }

    private static IEnumerable<(string Path, string Rule)> OfProperties(SchemaNode node, Place place) =>
        node.Properties.Where(HasIdentity).SelectMany(property => OfProperty(property, place));

    private static IEnumerable<(string Path, string Rule)> OfProperty(SchemaNode property, Place place)
    {
        var (path, self, old) = ($"{place.Path}.{property.Name}", $"{place.Self}.{property.Name}", $"{place.Old}.{property.Name}");
        if (!IsMixed(property))
        {
            var same = $"{self} == {old}";
            yield return (path, place.Wrap(property.Required ? same : $"has({self}) == has({old}) && (!has({self}) || {same})"));
            yield break;
        }

        if (property.Type == "object")
        {
            if (!property.Required && property.Default is null)
            {
                throw new InvalidOperationException($"{path} mixes identity with other fields: it must be required or have a default.");
            }

            foreach (var below in OfProperties(property, place with { Path = path, Self = self, Old = old }))
            {
                yield return below;
            }

            yield break;
        }

        if (property is not { ListType: "map", ListMapKeys: [var key] })
        {
            throw new InvalidOperationException($"{path} mixes identity with other fields: it must be a list with one key.");
        }

        var (item, other) = ($"a{place.Depth}", $"b{place.Depth}");
        yield return (
            $"{path}[].{key}",
            place.Wrap($"size({self}) == size({old}) && {self}.all({item}, {old}.exists({other}, {item}.{key} == {other}.{key}))"));
        var inside = new Place(
            path + "[]",
            item,
            other,
            place.Depth + 1,
            inner => place.Wrap($"{self}.all({item}, {old}.all({other}, {item}.{key} != {other}.{key} || ({inner})))"));
        foreach (var below in OfProperties(property.Items! with { Properties = [.. property.Items.Properties.Where(field => field.Name != key)] }, inside))
        {
            yield return below;
        }
    }

    private static bool HasIdentity(SchemaNode node) => node.Walk().Any(at => at.Node.Class == FieldClass.Identity);

    private static bool IsMixed(SchemaNode node) => node.Walk().Any(at => at.Node.Class is not null and not FieldClass.Identity);

    /// <summary>Where in the object a rule is made.</summary>
    private sealed record Place(string Path, string Self, string Old, int Depth, Func<string, string> Wrap);
}
