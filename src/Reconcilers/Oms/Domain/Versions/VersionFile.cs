using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Reads a file of version data strictly: an unknown key, a key given twice, or a value that the schema does not take
/// is a problem, so that a misspelt fact is never ignored. Pure.
/// </summary>
internal sealed class VersionFile
{
    private const string Format = "1";

    private readonly List<VersionEntry> _entries = [];
    private readonly List<VersionDataProblem> _problems = [];

    private VersionFile()
    {
    }

    /// <summary>The entries, in the order of the file.</summary>
    public IReadOnlyList<VersionEntry> Entries => _entries;

    /// <summary>What breaks the schema; empty if nothing does.</summary>
    public IReadOnlyList<VersionDataProblem> Problems => _problems;

    /// <summary>Reads the text of a file.</summary>
    public static VersionFile Read(string yaml)
    {
        var file = new VersionFile();
        var value = YamlText.Read(yaml, out var error);
        if (value is null)
        {
            file._problems.Add(new VersionDataProblem("the file", error, "valid YAML"));
            return file;
        }

        file.Root(value);
        return file;
    }

    private void Root(YamlValue value)
    {
        var root = Map(value, "the file", ["format", "editions"]);
        if (Scalar(root, "format") is not Format)
        {
            Wrong("format", Scalar(root, "format"), Format);
        }

        var editions = root.GetValueOrDefault("editions");
        if (editions is null)
        {
            Wrong("editions", null, "the editions with their entries");
            return;
        }

        foreach (var (name, content) in Map(editions, "editions", Enum.GetNames<OmsEdition>()))
        {
            var edition = Enum.Parse<OmsEdition>(name);
            foreach (var (section, part) in Map(content, $"editions.{name}", [.. VersionSchema.Sections.Keys]))
            {
                Section(edition, section, part);
            }
        }
    }

    private void Section(OmsEdition edition, string name, YamlValue value)
    {
        var (path, section) = ($"editions.{edition}.{name}", VersionSchema.Sections[name]);
        if (section.Key is not { } key)
        {
            Entry(edition, name, null, section, value);
            return;
        }

        var entries = Map(value, path, null);
        if (entries.Count > section.Most)
        {
            Wrong(
                path,
                FormattableString.Invariant($"{entries.Count} entries"),
                FormattableString.Invariant($"at most {section.Most} entries"));
        }

        foreach (var (entry, content) in entries)
        {
            if (key.Accepts(entry))
            {
                Entry(edition, name, entry, section, content);
            }
            else
            {
                Wrong($"{path}.{entry}", entry, $"{key.Expected} as the key");
            }
        }
    }

    private void Entry(OmsEdition edition, string name, string? key, VersionSection section, YamlValue value)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        var entry = new VersionEntry(edition, name, key, fields);
        var given = Map(value, entry.Path, [.. section.Fields.Select(f => f.Name)]);
        foreach (var field in section.Fields)
        {
            var path = $"{entry.Path}.{field.Name}";
            if (!given.TryGetValue(field.Name, out var content))
            {
                if (field.IsRequired)
                {
                    Wrong(path, null, field.Expected);
                }
            }
            else if (field.IsList)
            {
                fields[field.Name] = string.Join(", ", Items(field, content, path));
            }
            else if (content is YamlValue.Scalar { Text: var text } && field.Accepts(text))
            {
                fields[field.Name] = text;
            }
            else
            {
                Wrong(path, Shown(content), field.Expected);
            }
        }

        _entries.Add(entry);
        Downgrades(entry);
    }

    private void Downgrades(VersionEntry release)
    {
        if (release.Section != VersionSchema.Releases)
        {
            return;
        }

        foreach (var text in release.Items("from"))
        {
            if (ReleaseRange.TryParse(text, out var range)
                && range.High.CompareRelease(OmsVersion.Parse(release.Key!)) > 0)
            {
                Wrong($"{release.Path}.from", text, $"releases up to {release.Key}");
            }
        }
    }

    private IEnumerable<string> Items(VersionField field, YamlValue value, string path)
    {
        if (value is not YamlValue.List { Items: var items })
        {
            Wrong(path, Shown(value), field.Expected);
            yield break;
        }

        foreach (var (item, index) in items.Select((item, index) => (item, index)))
        {
            if (item is YamlValue.Scalar { Text: var text } && field.Accepts(text))
            {
                yield return text;
            }
            else
            {
                Wrong(FormattableString.Invariant($"{path}[{index}]"), Shown(item), field.Expected);
            }
        }
    }

    // An empty map may be left out or written without a value.
    private Dictionary<string, YamlValue> Map(YamlValue value, string path, IReadOnlyList<string>? known)
    {
        var map = new Dictionary<string, YamlValue>(StringComparer.Ordinal);
        if (value is not YamlValue.Map { Entries: var entries })
        {
            if (value is not YamlValue.Nothing)
            {
                Wrong(path, Shown(value), "a map");
            }

            return map;
        }

        foreach (var (key, content) in entries)
        {
            if (known?.Contains(key, StringComparer.Ordinal) == false)
            {
                Wrong($"{path}.{key}", key, $"one of the keys {string.Join(", ", known)}");
            }
            else if (!map.TryAdd(key, content))
            {
                Wrong($"{path}.{key}", key, "each key once");
            }
        }

        return map;
    }

    private static string? Scalar(Dictionary<string, YamlValue> map, string key) =>
        map.GetValueOrDefault(key) is { } value ? Shown(value) : null;

    private static string Shown(YamlValue value) => value switch
    {
        YamlValue.Scalar scalar => scalar.Text,
        YamlValue.List => "a list",
        YamlValue.Map => "a map",
        _ => "",
    };

    private void Wrong(string path, string? value, string expected) =>
        _problems.Add(new VersionDataProblem(path, value, expected));
}
