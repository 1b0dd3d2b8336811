namespace Drydock.Abstractions.Plans;

/// <summary>Something of which not everything is written: what its reader fills in, or has no use for any more, is left
/// out.</summary>
public interface ISparselyWritten
{
    /// <summary>Whether a property, by its name in code, is written.</summary>
    /// <param name="property">The property.</param>
    bool IsWritten(string property);

    /// <summary>Fills in what was left out. Called once the object has been read.</summary>
    void FillIn();
}
