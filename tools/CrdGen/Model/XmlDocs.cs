using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Drydock.CrdGen.Model;

/// <summary>Summaries from the documentation file that the compiler writes beside an assembly.</summary>
internal sealed partial class XmlDocs
{
    private readonly Dictionary<string, string> _summaries;

    private XmlDocs(Dictionary<string, string> summaries) => _summaries = summaries;

    /// <summary>Reads the documentation file of an assembly.</summary>
    /// <exception cref="FileNotFoundException">There is none: the project lacks GenerateDocumentationFile.</exception>
    public static XmlDocs Of(Assembly assembly) => new(Members(assembly)
        .ToDictionary(member => member.Attribute("name")!.Value, member => Text(member.Element("summary")!), StringComparer.Ordinal));

    private static IEnumerable<XElement> Members(Assembly assembly)
    {
        var path = Path.ChangeExtension(assembly.Location, ".xml");
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{Path.GetFileName(path)} is not beside its assembly: the project needs GenerateDocumentationFile.", path);
        }

        return XDocument.Load(path).Descendants("member")
            .Where(member => member.Attribute("name") is not null && member.Element("summary") is not null);
    }

    public string Of(Type type) => _summaries.GetValueOrDefault($"T:{type.FullName}", "");

    public string Of(PropertyInfo property) =>
        _summaries.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}", "");

    private static string Text(XElement element) =>
        White().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim();

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { IsEmpty: true } reference => reference.Attribute("cref")?.Value.Split('.')[^1] ?? reference.Attribute("langword")?.Value ?? "",
        XElement element => Text(element),
        _ => "",
    };

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex White();
}
