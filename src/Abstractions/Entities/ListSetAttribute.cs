namespace Drydock.Abstractions.Entities;

/// <summary>
/// A list of unique scalars (<c>x-kubernetes-list-type: set</c>). A list without this and without
/// <see cref="ListMapAttribute"/> is atomic.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListSetAttribute : Attribute;
