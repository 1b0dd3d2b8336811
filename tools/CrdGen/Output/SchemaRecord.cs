using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Drydock.CrdGen.Output;

/// <summary>
/// Which version of Drydock brought which schema number, with a hash over the schemas. The row of the version that is
/// being developed follows the types; the rows of earlier versions are released and never change, so that a schema that
/// changes without a new number is noticed.
/// </summary>
public static class SchemaRecord
{
    /// <summary>Path below the root of the repository.</summary>
    public const string Path = "config/crd/schemas.txt";

    private const string Head =
        "# " + Generator.Notice + "\n# Number of the schema, version of Drydock that brought it, SHA-256 over the schemas without their texts.\n";

    /// <summary>The record with the present schema in it.</summary>
    /// <param name="before">The record so far; empty if there is none.</param>
    /// <param name="number">The number of the schema that the types make.</param>
    /// <param name="version">The version of Drydock that is being developed.</param>
    /// <param name="hash">The hash of the schema that the types make.</param>
    /// <exception cref="InvalidOperationException">
    /// The number was released with another schema, or is not the next one.
    /// </exception>
    public static string Continue(string before, int number, string version, string hash)
    {
        ArgumentNullException.ThrowIfNull(before);
        var released = before.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] != '#')
            .Select(line => line.Split(' '))
            .Select(row => (Number: int.Parse(row[0], CultureInfo.InvariantCulture), Version: row[1], Hash: row[2]))
            .Where(row => row.Version != version)
            .ToList();
        var last = released.Count == 0 ? (Number: 0, Version: "", Hash: "") : released.MaxBy(row => row.Number);
        if (number == last.Number && hash != last.Hash)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"The schema of the CRDs differs from schema {number} that Drydock {last.Version} released. "
                + $"Set CrdSchema.Version in src/Crds/Common/CrdSchema.cs to {number + 1}, then run make generate."));
        }

        if (number < last.Number || number > last.Number + 1)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"CrdSchema.Version in src/Crds/Common/CrdSchema.cs is {number}, "
                + $"expected is {last.Number} or {last.Number + 1}: Drydock {last.Version} released schema {last.Number}. Correct it, then run make generate."));
        }

        if (number > last.Number)
        {
            released.Add((number, version, hash));
        }

        return Head + string.Concat(released.OrderBy(row => row.Number)
            .Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Number} {row.Version} {row.Hash}\n")));
    }

    /// <summary>A hash over what the API server does with objects: descriptions and messages do not count.</summary>
    public static string HashOf(IEnumerable<YamlMap> definitions)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        var text = YamlText.Write("", [.. definitions.Select(d => WithoutTexts((YamlMap)d.Entries.Single(e => e.Key == "spec").Value))]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    // A field that is called "description" has a schema, the description of a field has a text.
    private static YamlMap WithoutTexts(YamlMap map)
    {
        var kept = new YamlMap();
        foreach (var (key, value) in map.Entries.Where(entry => entry is not { Key: "description" or "message", Value: string }))
        {
            kept.Add(key, Kept(value));
        }

        return kept;
    }

    private static object Kept(object value) => value switch
    {
        YamlMap map => WithoutTexts(map),
        IReadOnlyList<YamlMap> list => list.Select(WithoutTexts).ToList(),
        _ => value,
    };
}
