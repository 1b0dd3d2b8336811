namespace Drydock.Crds.Common;

/// <summary>Begins a group of reasons in the reference; stands on its first one.</summary>
/// <param name="title">Title of the group.</param>
[AttributeUsage(AttributeTargets.Field)]
public sealed class ReasonGroupAttribute(string title) : Attribute
{
    /// <summary>Title of the group.</summary>
    public string Title { get; } = title;
}
