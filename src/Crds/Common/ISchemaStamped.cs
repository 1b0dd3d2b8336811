namespace Drydock.Crds.Common;

/// <summary>An object whose status says with which schema it was written.</summary>
/// <typeparam name="TSelf">The kind.</typeparam>
public interface ISchemaStamped<out TSelf>
{
    /// <summary>The schema of the last write; null before the first one.</summary>
    int? Schema { get; }

    /// <summary>The object with its status marked as written with a schema.</summary>
    TSelf Stamp(int schema);
}
