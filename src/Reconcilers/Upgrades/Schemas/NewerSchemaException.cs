using System.Diagnostics.CodeAnalysis;
using Drydock.Abstractions.Entities;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>A newer operator wrote the status of this object: nothing may be written to it.</summary>
/// <param name="about">The object as it was read.</param>
[SuppressMessage("Design", "CA1032", Justification = "It is always about an object.")]
internal sealed class NewerSchemaException(IKubernetesObject about) : Exception(
    $"{about.Kind} {about.Metadata.Namespace}/{about.Metadata.Name} was written by a newer operator.")
{
    /// <summary>The object as it was read.</summary>
    public IKubernetesObject About { get; } = about;
}
