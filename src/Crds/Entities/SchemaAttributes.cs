namespace Drydock.Crds.Entities;

/// <summary>The schema refuses an object without this property.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequiredAttribute : Attribute;

/// <summary>What a string, each string of a list, or each value of a map may be. A form of text that many fields take
/// is an attribute of its own, so that its bounds are said once.</summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class TextAttribute(int maximum, int minimum = 0, string? pattern = null) : Attribute
{
    public int Maximum { get; } = maximum;

    /// <summary>The least; 0 means no bound.</summary>
    public int Minimum { get; init; } = minimum;

    /// <summary>As <see cref="PatternAttribute"/>; null means any text.</summary>
    public string? Pattern { get; } = pattern;
}

/// <summary>How many characters a text may have.</summary>
public sealed class LengthAttribute(int maximum) : TextAttribute(maximum);

/// <summary>Between which values, both included, a number must lie.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RangeAttribute(long minimum, long maximum) : Attribute
{
    public long Minimum { get; } = minimum;

    public long Maximum { get; } = maximum;
}

/// <summary>The regular expression (RE2) that a string, each string of a list, or each value of a map must
/// match.</summary>
/// <param name="regex">The expression, anchored.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PatternAttribute(string regex) : Attribute
{
    public string Regex { get; } = regex;
}

/// <summary>How many items a list, or entries a map, may have.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ItemsAttribute(int maximum) : Attribute
{
    public int Maximum { get; } = maximum;

    /// <summary>The least; 0 means no bound.</summary>
    public int Minimum { get; init; }
}

/// <summary>A list of unique scalars (<c>x-kubernetes-list-type: set</c>). A list without this and without
/// <see cref="ListMapAttribute"/> is atomic: the API server would track each field of each item in managedFields, for a
/// plan half of what the object weighs already.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListSetAttribute : Attribute;

/// <summary>A list of objects that server-side apply merges by key (<c>x-kubernetes-list-type: map</c>); keys are
/// unique and required.</summary>
/// <param name="keys">The key properties as in JSON.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListMapAttribute(params string[] keys) : Attribute
{
    public IReadOnlyList<string> Keys { get; } = keys;
}

/// <summary>The reference leaves out this field, or the fields of this type: they are no API, or known.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public sealed class NotInReferenceAttribute : Attribute;

/// <summary>The schema of this type is that of its stored form.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SchemaOfAttribute(Type stored) : Attribute
{
    public Type Stored { get; } = stored;
}

/// <summary>A CEL rule (<c>x-kubernetes-validations</c>) on the type or property it stands on.</summary>
/// <param name="rule">The CEL expression; true accepts.</param>
/// <param name="message">What a refused user reads: field, expectation, way out.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property, AllowMultiple = true)]
public sealed class ValidationRuleAttribute(string rule, string message) : Attribute
{
    public string Rule { get; } = rule;

    public string Message { get; } = message;
}

/// <summary>Short names and categories under which <c>kubectl get</c> finds the kind.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class KubernetesEntityShortNamesAttribute(params string[] shortNames) : Attribute
{
    /// <summary>Short names, for instance <c>omsu</c>.</summary>
    public IReadOnlyList<string> ShortNames { get; } = shortNames;

    /// <summary>Categories, comma separated.</summary>
    public string Categories { get; init; } = "";
}

/// <summary>One column of <c>kubectl get</c>.</summary>
/// <param name="jsonPath">Path into the object, for instance <c>.status.phase</c>.</param>
/// <param name="name">Column title.</param>
/// <param name="type">OpenAPI type of the column: string, integer, date, boolean or number.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class AdditionalPrinterColumnAttribute(string jsonPath, string name, string type) : Attribute
{
    public string JsonPath { get; } = jsonPath;

    public string Name { get; } = name;

    public string Type { get; } = type;

    /// <summary>0 is always shown, 1 only with <c>-o wide</c>.</summary>
    public int Priority { get; init; }

    public string Description { get; init; } = "";
}
