namespace Drydock.Abstractions.Plans;

/// <summary>
/// Something of which not everything is written: what its reader fills in by itself, or has no use for any more, stays
/// away.
/// </summary>
public interface ISparselyWritten
{
    /// <summary>Whether a property, by its name in code, is written.</summary>
    /// <param name="property">The property.</param>
    bool IsWritten(string property);
}
