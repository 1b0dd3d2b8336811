using System.Collections.Frozen;
using Drydock.Crds.Entities;

namespace Drydock.CrdGen.Model;

/// <summary>
/// Makes the transition rules that freeze identity fields. One rule a field, so that the message names it; all at the
/// root, because only there are spec and status seen together. Lists of objects are compared item by item in their
/// order, which is part of what they say; fields of another class inside them stay free. Every rule is linear in the
/// number of items: a server refuses a definition whose rules could cost too much.
/// </summary>
internal static class IdentityRules
{
    public static IReadOnlyList<CelRule> Of(SchemaNode spec, FrozenWhileAttribute frozen) =>
    [
        .. OfProperties(spec, new Place("spec", "self.spec", "oldSelf.spec", inner => inner))
            .Select(check => new CelRule($"!({frozen.Condition}) || ({check.Rule})", $"{check.Path} {frozen.WayOut}")),
    ];

    private static IEnumerable<(string Path, string Rule)> OfProperties(SchemaNode node, Place place) =>
        node.Properties.Where(HasIdentity).SelectMany(property => OfProperty(property, place));

    private static IEnumerable<(string Path, string Rule)> OfProperty(SchemaNode property, Place place)
    {
        var (path, self, old) = ($"{place.Path}.{property.Name}", $"{place.Self}.{CelNames.Of(property.Name)}", $"{place.Old}.{CelNames.Of(property.Name)}");
        if (!IsMixed(property))
        {
            var same = $"{self} == {old}";
            yield return (path, place.Wrap(property.Required ? same : $"has({self}) == has({old}) && (!has({self}) || {same})"));
            yield break;
        }

        var below = place with { Path = path, Self = self, Old = old };
        if (!property.Required && property.Default is null)
        {
            // Whether it is there is identity as well; what is in it is compared where both have it.
            yield return (path, place.Wrap($"has({self}) == has({old})"));
            below = below with { Wrap = inner => place.Wrap($"!has({self}) || !has({old}) || ({inner})") };
        }

        if (property.Type != "object")
        {
            foreach (var rule in OfItems(property, new Items(path, [], 0, below.Wrap, (isNew, inner) => $"{(isNew ? self : old)}.map(a0, {inner})")))
            {
                yield return rule;
            }

            yield break;
        }

        foreach (var rule in OfProperties(property, below))
        {
            yield return rule;
        }
    }

    // The keys of the list first; every other rule speaks only where they are the same, so that a refused user reads
    // what he changed and no more.
    private static IEnumerable<(string Path, string Rule)> OfItems(SchemaNode list, Items at)
    {
        if (list is not { ListType: "map", ListMapKeys: [var key] })
        {
            throw new InvalidOperationException($"{at.Path} mixes identity with other fields: it must be a list with one key.");
        }

        var item = $"a{at.Depth}";
        yield return ($"{at.Path}[].{key}", at.Same($"{item}.{CelNames.Of(key)}"));
        var inside = at with { Unless = [at.Differ($"{item}.{CelNames.Of(key)}")] };
        var fields = list.Items!.Properties.Where(field => field.Name != key && HasIdentity(field));
        foreach (var rule in fields.SelectMany(field => OfItemField(field, $"{at.Path}[]", item, [], inside)))
        {
            yield return rule;
        }
    }

    private static IEnumerable<(string Path, string Rule)> OfItemField(SchemaNode field, string parent, string owner, IReadOnlyList<string> present, Items at)
    {
        var (path, self) = ($"{parent}.{field.Name}", $"{owner}.{CelNames.Of(field.Name)}");
        var isOptional = !field.Required && (field.Default is null || field.Type != "object");
        IReadOnlyList<string> here = isOptional ? [.. present, $"has({self})"] : present;
        if (!IsMixed(field))
        {
            yield return (path, at.Same(Value(here, self)));
            yield break;
        }

        if (field.Type != "object")
        {
            if (here.Count > 0)
            {
                throw new InvalidOperationException($"{path} mixes identity with other fields in a list that may be absent: make it required.");
            }

            var below = new Items(path, at.Unless, at.Depth + 1, at.Wrap, (isNew, inner) => at.Map(isNew, $"{self}.map(a{at.Depth + 1}, {inner})"));
            foreach (var rule in OfItems(field, below))
            {
                yield return rule;
            }

            yield break;
        }

        if (isOptional)
        {
            yield return (path, at.Same(string.Join(" && ", here)));
        }

        foreach (var rule in field.Properties.Where(HasIdentity).SelectMany(inner => OfItemField(inner, path, self, here, at)))
        {
            yield return rule;
        }
    }

    // A list of one or none, because what is absent has no value to compare.
    private static string Value(IReadOnlyList<string> present, string self) =>
        present.Count == 0 ? self : $"{string.Join(" && ", present)} ? [{self}] : []";

    private static bool HasIdentity(SchemaNode node) => node.Walk().Any(at => at.Node.Class == FieldClass.Identity);

    private static bool IsMixed(SchemaNode node) =>
        node.Walk().Any(at => at.Node.Class is not null and not FieldClass.Identity);

    private sealed record Place(string Path, string Self, string Old, Func<string, string> Wrap);

    private sealed record Items(
        string Path, IReadOnlyList<string> Unless, int Depth, Func<string, string> Wrap, Func<bool, string, string> Map)
    {
        public string Same(string value) =>
            Wrap(string.Join(" || ", [.. Unless, $"{Map(true, value)} == {Map(false, value)}"]));

        public string Differ(string value) => $"{Map(true, value)} != {Map(false, value)}";
    }
}

/// <summary>
/// How a field is called in a CEL rule: words that CEL keeps for itself are written <c>__word__</c>
/// (Kubernetes, "Validation rules" of custom resources: escaping of property names).
/// </summary>
internal static class CelNames
{
    private static readonly FrozenSet<string> Reserved = FrozenSet.ToFrozenSet(
        [
            "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
            "namespace", "return", "var", "void", "while",
        ],
        StringComparer.Ordinal);

    public static string Of(string field) => Reserved.Contains(field) ? $"__{field}__" : field;
}
