// The functions of NVIDIA's driver that ggml's CUDA backend calls, found when they are called. A
// program linked to the driver itself would not start on a machine without one.
#include <cuda.h>

#include "platform/library.h"

namespace {

const pcai::platform::Library& driver() {
  static const pcai::platform::Library library(pcai::platform::driver_names().cuda);
  return library;
}

template <class Function, class... Arguments>
CUresult call(const char* name, Arguments... arguments) {
  Function* const found = driver().function<Function>(name);
  return found == nullptr ? CUDA_ERROR_NOT_INITIALIZED : found(arguments...);
}

}  // namespace

extern "C" {

CUresult CUDAAPI cuGetErrorString(CUresult error, const char** text) {
  *text = "NVIDIA's driver is not installed";
  return call<decltype(cuGetErrorString)>("cuGetErrorString", error, text);
}

CUresult CUDAAPI cuDeviceGet(CUdevice* device, int ordinal) {
  return call<decltype(cuDeviceGet)>("cuDeviceGet", device, ordinal);
}

CUresult CUDAAPI cuDeviceGetAttribute(int* value, CUdevice_attribute attribute, CUdevice device) {
  return call<decltype(cuDeviceGetAttribute)>("cuDeviceGetAttribute", value, attribute, device);
}

CUresult CUDAAPI cuMemAddressReserve(CUdeviceptr* address, size_t size, size_t alignment,
                                     CUdeviceptr wanted, unsigned long long flags) {
  return call<decltype(cuMemAddressReserve)>("cuMemAddressReserve", address, size, alignment,
                                             wanted, flags);
}

CUresult CUDAAPI cuMemAddressFree(CUdeviceptr address, size_t size) {
  return call<decltype(cuMemAddressFree)>("cuMemAddressFree", address, size);
}

CUresult CUDAAPI cuMemCreate(CUmemGenericAllocationHandle* handle, size_t size,
                             const CUmemAllocationProp* properties, unsigned long long flags) {
  return call<decltype(cuMemCreate)>("cuMemCreate", handle, size, properties, flags);
}

CUresult CUDAAPI cuMemRelease(CUmemGenericAllocationHandle handle) {
  return call<decltype(cuMemRelease)>("cuMemRelease", handle);
}

CUresult CUDAAPI cuMemMap(CUdeviceptr address, size_t size, size_t offset,
                          CUmemGenericAllocationHandle handle, unsigned long long flags) {
  return call<decltype(cuMemMap)>("cuMemMap", address, size, offset, handle, flags);
}

CUresult CUDAAPI cuMemUnmap(CUdeviceptr address, size_t size) {
  return call<decltype(cuMemUnmap)>("cuMemUnmap", address, size);
}

CUresult CUDAAPI cuMemSetAccess(CUdeviceptr address, size_t size, const CUmemAccessDesc* access,
                                size_t count) {
  return call<decltype(cuMemSetAccess)>("cuMemSetAccess", address, size, access, count);
}

CUresult CUDAAPI cuMemGetAllocationGranularity(size_t* granularity,
                                               const CUmemAllocationProp* properties,
                                               CUmemAllocationGranularity_flags wanted) {
  return call<decltype(cuMemGetAllocationGranularity)>("cuMemGetAllocationGranularity", granularity,
                                                       properties, wanted);
}

}  // extern "C"
