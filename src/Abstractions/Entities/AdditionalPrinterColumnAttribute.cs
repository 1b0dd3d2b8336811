namespace Drydock.Abstractions.Entities;

/// <summary>One column of <c>kubectl get</c>.</summary>
/// <param name="jsonPath">Path into the object, for instance <c>.status.phase</c>.</param>
/// <param name="name">Column title.</param>
/// <param name="type">OpenAPI type of the column: string, integer, date, boolean or number.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class AdditionalPrinterColumnAttribute(string jsonPath, string name, string type) : Attribute
{
    /// <summary>Path into the object.</summary>
    public string JsonPath { get; } = jsonPath;

    /// <summary>Column title.</summary>
    public string Name { get; } = name;

    /// <summary>OpenAPI type of the column.</summary>
    public string Type { get; } = type;

    /// <summary>0 is always shown, 1 only with <c>-o wide</c>.</summary>
    public int Priority { get; init; }

    /// <summary>What the column shows.</summary>
    public string Description { get; init; } = "";
}
