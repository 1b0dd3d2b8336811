namespace Drydock.Reconcilers.Oms;

/// <summary>Reaches metadata servers.</summary>
/// <param name="endpoints">Which addresses are connected to; null for the default.</param>
/// <param name="lockTimes">The times of lock rows; null for the default.</param>
internal sealed class SqlOmsMetadataFactory(EndpointPolicy? endpoints = null, LockRowTimes? lockTimes = null)
    : IOmsMetadataFactory
{
    public IOmsMetadata Open(MetadataTarget target) =>
        new SqlOmsMetadata(new SqlSessions(target, endpoints ?? EndpointPolicy.Default), lockTimes);
}
