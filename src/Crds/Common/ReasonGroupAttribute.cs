namespace Drydock.Crds.Common;

/// <summary>Begins a group of reasons in the reference; stands on its first one.</summary>
/// <param name="order">Where in the reference the group stands. The compiler's order is that of the files.</param>
/// <param name="title">Title of the group.</param>
[AttributeUsage(AttributeTargets.Field)]
public sealed class ReasonGroupAttribute(int order, string title) : Attribute
{
    /// <summary>Where in the reference the group stands.</summary>
    public int Order { get; } = order;

    /// <summary>Title of the group.</summary>
    public string Title { get; } = title;
}
